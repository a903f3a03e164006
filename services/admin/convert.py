"""Status <-> proto, pure."""

from datetime import datetime, timedelta

from maru.admin.v1 import localized_text_pb2, status_service_pb2

from services.admin.core import Health, Status, Text

_STATES = {
    Health.SERVING: status_service_pb2.HEALTH_STATE_SERVING,
    Health.DEGRADED: status_service_pb2.HEALTH_STATE_DEGRADED,
    Health.NOT_SERVING: status_service_pb2.HEALTH_STATE_NOT_SERVING,
    Health.UNREACHABLE: status_service_pb2.HEALTH_STATE_UNREACHABLE,
}


def to_response(statuses: list[Status], check_time: datetime) -> status_service_pb2.GetStatusResponse:
    response = status_service_pb2.GetStatusResponse(
        state=_STATES[max((status.health for status in statuses), default=Health.SERVING)],
        parts=[_to_part(status) for status in statuses],
    )
    response.check_time.FromDatetime(check_time)
    return response


def _to_part(status: Status) -> status_service_pb2.PartStatus:
    part = status_service_pb2.PartStatus(
        part=status.part,
        state=_STATES[status.health],
        reason=_to_text(status.reason),
        remedy=_to_text(status.remedy),
        dependencies=[
            status_service_pb2.DependencyStatus(dependency=name, state=_STATES[health])
            for name, health in status.dependencies.items()
        ],
    )
    if status.latency_seconds is not None:
        part.latency.FromTimedelta(timedelta(seconds=status.latency_seconds))
    return part


def _to_text(text: Text | None) -> localized_text_pb2.LocalizedText | None:
    return None if text is None else localized_text_pb2.LocalizedText(ko=text.ko, en=text.en)
