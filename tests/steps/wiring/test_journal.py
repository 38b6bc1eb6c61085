"""What a run tells: signed lines without content, errors without content."""

import json
import traceback
from datetime import timedelta

import pytest

from clients.transport import DsTransport
from settings import load_settings
from steps.wiring import logs
from steps.wiring.failures import UnforeseenError, told_without_content
from steps.wiring.inputs import token_of
from steps.wiring.services import now
from steps.wiring.summary import Summary
from steps.wiring.token_age import token_warning
from store.database.errors import StoreUnreachable

TOKEN = "jeton-tres-secret-7f3c9a"
DECLARED = "Phrase déclarée que personne ne doit lire ailleurs"


def test_a_line_names_its_run_and_its_dossier_as_json(
    capsys: pytest.CaptureFixture[str],
) -> None:
    summary = Summary(seen={1, 2}, quarantined={2}, refused=[(1, DECLARED)])
    with logs.on_stderr("json"), logs.of_run(12, 48213):
        logs.step_done("Lire la démarche", summary, before=Summary())
    lines = [json.loads(line) for line in capsys.readouterr().err.splitlines()]
    assert {(line["run"], line["demarche"]) for line in lines} == {(12, 48213)}
    assert lines[0]["step"] == "Lire la démarche"
    assert lines[0]["counts"]["seen"] == 2
    assert [(line["level"], line["dossier"]) for line in lines[1:]] == [
        ("WARNING", 2),
        ("WARNING", 1),
    ]
    assert DECLARED not in str(lines)


def test_people_are_not_shown_the_journal(capsys: pytest.CaptureFixture[str]) -> None:
    with logs.on_stderr("text"):
        logs.LOG.warning("une ligne")
    assert not capsys.readouterr().err


def test_an_unforeseen_error_tells_its_kind_and_place_only() -> None:
    with pytest.raises(UnforeseenError) as caught, told_without_content():
        raise ValueError(DECLARED)
    shown = "".join(traceback.format_exception(caught.value))
    assert "ValueError" in shown
    assert "test_journal.py" in str(caught.value)
    assert DECLARED not in shown.replace(f"raise ValueError({DECLARED!r})", "")


def test_a_known_error_is_told_without_its_cause() -> None:
    with pytest.raises(StoreUnreachable) as caught, told_without_content():
        raise StoreUnreachable from ValueError(DECLARED)
    assert DECLARED not in "".join(traceback.format_exception(caught.value))


def test_the_token_is_in_no_printed_object_and_no_traceback() -> None:
    settings = load_settings(ds_token=TOKEN, demarche=1, ds_url="http://127.0.0.1:9/graphql")
    for shown in (repr(settings), str(settings), str(settings.model_dump())):
        assert TOKEN not in shown
    with DsTransport(settings.ds_url, TOKEN) as transport:
        assert TOKEN not in repr(transport)
    assert TOKEN not in repr(vars(settings))


def test_the_token_ends_a_year_after_it_was_made() -> None:
    today = now().date()
    told = [
        token_warning(token_of(load_settings(ds_token_since=today - timedelta(days=days))))
        for days in (0, 300, 340, 400)
    ]
    assert [bool(text) for text in told] == [False, False, True, True]
    assert "UNC_DS_TOKEN" in str(told[2])
    assert token_warning(token_of(load_settings())) is None
