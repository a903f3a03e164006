"""Why a file was set aside, and what to do about it, in words."""

from collections.abc import Mapping
from typing import Final

from services.retrieval.reading.content import Cause

MESSAGES: Final[Mapping[Cause, str]] = {
    Cause.UNKNOWN_FORMAT: "읽을 수 없는 형식입니다. PDF, DOCX, XLSX, PPTX, HWP, HWPX, HTML, MD, TXT, CSV, EML로 저장해 다시 "
    "가져와 주세요. 예전 DOC, XLS, PPT는 새 형식으로 저장해야 합니다.",
    Cause.WRONG_EXTENSION: "파일의 내용이 확장자와 다릅니다. 원래 프로그램으로 열어 알맞은 확장자로 다시 저장해 주세요.",
    Cause.ENCRYPTED: "암호가 걸려 있습니다. 암호를 푼 파일을 가져와 주세요.",
    Cause.BROKEN: "파일이 손상되었습니다. 원래 프로그램으로 열어 다시 저장한 뒤 가져와 주세요.",
    Cause.EXPANDS_TOO_FAR: "압축을 푼 내용이나 글이 너무 많습니다. 파일을 나누어 가져와 주세요.",
    Cause.TIMED_OUT: "읽는 데 너무 오래 걸립니다. 파일을 나누거나 PDF로 저장해 가져와 주세요.",
    Cause.OUT_OF_MEMORY: "읽는 데 메모리가 너무 많이 듭니다. 파일을 나누어 가져와 주세요.",
    Cause.EMPTY: "글이 없습니다. 내용이 있는 파일인지 확인해 주세요.",
    Cause.SCANNED: "쪽이 모두 그림이라 글을 읽을 수 없습니다. 문자 인식(OCR)을 거친 PDF나 원본 문서를 가져와 주세요.",
}
"""In Korean, as the contract has it; the command line says it in English beside."""
