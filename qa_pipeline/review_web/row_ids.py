"""Numbers that addresses carry: no larger than the database can hold."""

from typing import Annotated

from fastapi import Path

LARGEST = 2**62
RowId = Annotated[int, Path(ge=0, le=LARGEST)]
