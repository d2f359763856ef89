"""Every setting, typed and documented under its attribute: the environment's (`Settings`), the file's (`Config`)."""

from bot.settings.clusters import ClusterConfig, Timeouts
from bot.settings.config import (
    AuditConfig,
    Config,
    LimitsConfig,
    OwnConfig,
    SlackConfig,
    load_config,
    parse_config,
)
from bot.settings.environment import Settings, load_settings
from bot.settings.key import load_key
from bot.settings.people import ChannelConfig, IdentityConfig, ImpersonationConfig, Locale, PersonConfig, TeamConfig

__all__ = [
    "AuditConfig",
    "ChannelConfig",
    "ClusterConfig",
    "Config",
    "IdentityConfig",
    "ImpersonationConfig",
    "LimitsConfig",
    "Locale",
    "OwnConfig",
    "PersonConfig",
    "Settings",
    "SlackConfig",
    "TeamConfig",
    "Timeouts",
    "load_config",
    "load_key",
    "load_settings",
    "parse_config",
]
