"""The plugin keeps what headwater promises, with each recorded answer."""

from headwater.testing import provider_suite

TestAcme = provider_suite("acme", model="large")  # change me: the id of the model that can do most
