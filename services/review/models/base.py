"""How this service's tables are mapped: identifiers are strings of UUIDs, times are aware."""

from datetime import datetime
from typing import Annotated

from sqlalchemy import DateTime, Uuid
from sqlalchemy.orm import DeclarativeBase, mapped_column

from shared.database import new_id

Key = Annotated[str, mapped_column(Uuid(as_uuid=False), primary_key=True, default=new_id)]
Reference = Annotated[str, mapped_column(Uuid(as_uuid=False))]
Moment = Annotated[datetime, mapped_column(DateTime(timezone=True))]
MomentOrNone = Annotated[datetime | None, mapped_column(DateTime(timezone=True))]


class Model(DeclarativeBase):
    """A table of review. Columns without a value are left to the database's default or null."""
