"""The base of every set of options: strict, so that a misspelled key names itself."""

from pydantic import BaseModel, ConfigDict


class Options(BaseModel):
    """Options of a plugin or of the host; unknown keys are errors."""

    model_config = ConfigDict(extra="forbid", frozen=True)
