"""The server against its own OpenAPI schema, asked with what schemathesis thinks up."""

import pytest
import schemathesis
from hypothesis import HealthCheck, given, settings
from schemathesis.specs.openapi.checks import positive_data_acceptance
from test_server import humming  # noqa: F401  (a fixture)

PATHS = [
    ("POST", "/v1/audio/speech"),
    ("GET", "/v1/models"),
    ("GET", "/v1/models/{name}"),
    ("GET", "/v1/audio/voices"),
    ("POST", "/v1/emotts/say"),
    ("POST", "/v1/emotts/classify"),
    ("GET", "/v1/emotts/emotions"),
    ("GET", "/v1/emotts/voices"),
    ("GET", "/health"),
    ("GET", "/metrics"),
]


@pytest.mark.slow
@pytest.mark.parametrize(("method", "path"), PATHS)
def test_every_answer_is_one_that_the_schema_tells_of(
    humming: str,  # noqa: F811
    method: str,
    path: str,
) -> None:
    schema = schemathesis.openapi.from_url(f"{humming}/openapi.json")

    @settings(max_examples=60, deadline=None, suppress_health_check=list(HealthCheck))
    @given(case=schema[path][method].as_strategy())
    def ask(case: schemathesis.Case) -> None:
        # The schema can't say which voices, emotions and recordings there are.
        case.call_and_validate(excluded_checks=[positive_data_acceptance])

    ask()


@pytest.mark.slow
def test_no_endpoint_is_left_out(humming: str) -> None:  # noqa: F811
    schema = schemathesis.openapi.from_url(f"{humming}/openapi.json")
    found = [operation.ok() for operation in schema.get_all_operations()]
    assert sorted((o.method.upper(), o.path) for o in found) == sorted(PATHS)
