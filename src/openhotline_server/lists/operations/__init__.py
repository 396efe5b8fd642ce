"""Lists: their governance, their editions, and the loadings that make editions of files and feeds."""

from openhotline_server.lists.operations.deciding import (
    abandon_loading,
    accept_loading,
    clear_staging,
    fail_loading,
)
from openhotline_server.lists.operations.editions import (
    NewEntry,
    let_expired_go,
    load_edition,
    note_compared,
)
from openhotline_server.lists.operations.governing import (
    OWN_LIST,
    Governance,
    add_list,
    end_list,
    ensure_own_list,
    govern,
    put_back,
    set_aside,
)
from openhotline_server.lists.operations.loading import begin_loading, finish_loading, stage_rows

__all__ = [
    "OWN_LIST",
    "Governance",
    "NewEntry",
    "abandon_loading",
    "accept_loading",
    "add_list",
    "begin_loading",
    "clear_staging",
    "end_list",
    "ensure_own_list",
    "fail_loading",
    "finish_loading",
    "govern",
    "let_expired_go",
    "load_edition",
    "note_compared",
    "put_back",
    "set_aside",
    "stage_rows",
]
