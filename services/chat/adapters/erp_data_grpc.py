"""`ports.ErpData` over the ERP service."""

import grpc


class GrpcErpData:
    """The company's data as the asker of the call being served may see it."""

    def __init__(self, channel: grpc.aio.Channel) -> None:
        raise NotImplementedError
