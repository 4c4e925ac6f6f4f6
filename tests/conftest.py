"""Settings of all tests."""

from hypothesis import settings

# A busy machine is no failure: what must be fast is measured where it matters, not in every example.
settings.register_profile("patient", deadline=None)
settings.load_profile("patient")
