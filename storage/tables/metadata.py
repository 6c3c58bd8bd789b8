"""One MetaData with names for every constraint, so that migrations can speak of them."""

from sqlalchemy import MetaData

metadata = MetaData(
    naming_convention={
        "ix": "ix_%(table_name)s_%(column_0_N_name)s",
        "uq": "uq_%(table_name)s_%(column_0_N_name)s",
        "fk": "fk_%(table_name)s_%(column_0_N_name)s_%(referred_table_name)s",
        "pk": "pk_%(table_name)s",
    }
)

# PostgreSQL writes a changed row anew, and in all of its indexes, unless no indexed column changed
# and its page has room for it. A campaign changes each row once at least.
ROOM_TO_CHANGE = {"fillfactor": 50}
