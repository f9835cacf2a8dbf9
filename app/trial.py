"""The trial as this place runs it: the protocol file, and the site's own wording of the self-rated items."""

from dataclasses import replace

from app.settings import Settings
from models.pro_ctcae_file import load_pro_wording
from models.protocol_file import load_trial
from protocol.trial import Trial


def trial_of(settings: Settings) -> Trial:
    """Raises ProtocolFileError with every problem of either file; the wording is in no message."""
    trial = load_trial(settings.protocol_file)
    return replace(trial, self_rated=load_pro_wording(settings.pro_ctcae_file, trial.pro_ctcae.items))
