"""What can be told without a server: settings, addresses of models, targets. The rest is in dev/mlflow/deployments.py."""

import unittest

from tidewright_mlflow import target_help
from tidewright_mlflow.settings import ASKED, KNOWN, Settings, Wrong, place, served


class SettingsAreRead(unittest.TestCase):
    def test_texts_become_what_the_endpoint_wants(self):
        said = Settings.of({
            "replicas": "2", "cpu": "500m", "rollout.maxSurge": "1", "rollout.maxUnavailable": "25%", "environment.A": "1=2", "wait": "False",
            "requirements": '["a==1"]', "gpu": '{"x/y": 1}', "timeout": "5"})
        self.assertEqual({
            "name": "e", "replicas": 2, "resources": {"cpu": "500m", "memory": "1Gi", "gpu": {"x/y": 1}}, "rollout": {"maxSurge": 1, "maxUnavailable": "25%"},
            "environment": {"A": "1=2"}, "requirements": ["a==1"]}, said.over({"name": "e", "resources": {"memory": "1Gi"}}))
        self.assertEqual((False, 5.0, None), (said.wait, said.timeout, said.follow))

    def test_values_of_python_are_taken_as_they_are(self):
        said = Settings.of({"replicas": 2, "labels": {"a": "b"}, "requirements": ["a"], "wait": True, "autoscaling.targetConcurrency": 1.5})
        self.assertEqual({"replicas": 2, "labels": {"a": "b"}, "requirements": ["a"], "autoscaling.targetConcurrency": 1.5}, said.fields)

    def test_what_is_unknown_is_refused_by_naming_what_is_known(self):
        for name in ("replica", "rollout", "rollout.maxsurge", "environment.", "parameters."):
            with self.assertRaises(Wrong) as refused:
                Settings.of({name: "1"})
            self.assertIn(f"there is no setting {name!r}", str(refused.exception))
            self.assertIn("rollout.maxSurge", str(refused.exception))
        with self.assertRaisesRegex(Wrong, "there are wait, timeout$"):
            Settings.of({"replicas": "1"}, only=("wait", "timeout"))

    def test_what_cannot_be_read_names_the_setting(self):
        for name, value in (("replicas", "two"), ("replicas", "1.5"), ("replicas", True), ("wait", "yes"), ("gpu", "1"), ("requirements", "numpy"), ("cpu", {}), ("timeout", "x")):
            with self.assertRaisesRegex(Wrong, f"^{name} must be"):
                Settings.of({name: value})

    def test_a_number_of_replicas_and_a_policy_take_each_others_place(self):
        self.assertEqual({"replicas": 3}, Settings.of({"replicas": 3}).over({"autoscaling": {"min": 1}}))
        self.assertEqual({"autoscaling": {"min": 1, "max": 4}}, Settings.of({"autoscaling.max": "4"}).over({"autoscaling": {"min": 1}, "replicas": 3}))

    def test_what_was_described_before_is_not_changed_in_place(self):
        described = {"resources": {"cpu": "1"}}
        Settings.of({"cpu": "2"}).over(described)
        self.assertEqual({"resources": {"cpu": "1"}}, described)


class AddressesAreRead(unittest.TestCase):
    def test_models(self):
        self.assertEqual({"model": "diabetes", "alias": "champion", "follow": True}, served("models:/diabetes@champion", None))
        self.assertEqual({"model": "a@b c", "alias": "champion", "follow": False}, served("models:/a@b c@champion", False))
        self.assertEqual({"model": "diabetes", "version": 3}, served("models:/diabetes/3", None))
        self.assertEqual({"model": "diabetes", "alias": "latest"}, served("models:/diabetes/latest", False))

    def test_what_is_no_registered_model_is_refused_with_what_to_do(self):
        for uri in ("runs:/abc/model", "models:/m-123", "models:/diabetes@", "models:/@champion", "models:/a/b/c", "models:/a/", "./model", "s3://bucket/model"):
            with self.assertRaisesRegex(Wrong, "register it"):
                served(uri, None)
        with self.assertRaisesRegex(Wrong, "an alias"):
            served("models:/diabetes/Production", None)
        with self.assertRaisesRegex(Wrong, "nothing follows"):
            served("models:/diabetes/3", True)

    def test_targets(self):
        for target, address, namespace in (
            ("tidewright", None, None), ("tidewright:", None, None), ("tidewright:/", None, None), ("tidewright:team-a", None, "team-a"),
            ("tidewright:/team-a", None, "team-a"), ("tidewright://example.org", "https://example.org", None),
            ("tidewright://example.org:8443/team-a", "https://example.org:8443", "team-a"), ("tidewright://127.0.0.1:8080/team-a/", "http://127.0.0.1:8080", "team-a"),
            ("tidewright://localhost", "http://localhost", None), ("tidewright://[::1]:8080/a", "http://[::1]:8080", "a"), ("tidewright:///team-a", None, "team-a"),
        ):
            with self.subTest(target):
                self.assertEqual((address, namespace), place(target))


class HelpIsWhole(unittest.TestCase):
    def test_every_setting_is_in_it(self):
        told = target_help()
        for name in (*KNOWN, *ASKED):
            self.assertIn(f"\n  {name} ", told)


if __name__ == "__main__":
    unittest.main()
