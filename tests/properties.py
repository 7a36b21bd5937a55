"""How properties of a whole site are tested: its examples share one site, and no clock counts."""

from hypothesis import HealthCheck, settings

OF_A_SITE = settings(
    deadline=None,
    suppress_health_check=[HealthCheck.function_scoped_fixture, HealthCheck.too_slow],
)
