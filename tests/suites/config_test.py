"""Flags in a TOML file: --paceline_config, and --config of the endpoint.

Needs PACELINE and PACELINE_ENDPOINT, the paths of the programs.
"""

import os
import subprocess
import tempfile
import unittest
from pathlib import Path

from program import Api, Endpoint, rows, run


class Config(unittest.TestCase):
    def setUp(self):
        folder = tempfile.TemporaryDirectory()
        self.addCleanup(folder.cleanup)
        self.file = Path(folder.name) / "run.toml"

    def flag(self, *lines, name="--paceline_config"):
        self.file.write_text("\n".join(lines))
        return f"{name}={self.file}"

    def test_a_grid_of_the_file_and_a_flag_of_the_command_line(self):
        flag = self.flag("rpm = [6000, 60000]", "parallel = [5, 10]", "requests = 5",
                         "[endpoint]", 'latency = "1ms"')
        names = [row["name"] for row in rows(flag, "--paceline_parallel=7")["benchmarks"]]
        self.assertEqual([name.split("/iterations")[0] for name in names],
                         ["chat/complete/rpm:6000/parallel:7", "chat/complete/rpm:60000/parallel:7"])

    def test_headers_and_their_secrets(self):
        with Api(status=500, body=b"bad: hidden-token-1") as api:
            done = run(self.flag(f'url = "{api.url}"',
                                 'header = ["x-team: 7", "x-gateway: env:GATEWAY"]'),
                       env={"GATEWAY": "hidden-token-1"})
            self.assertEqual(api.seen[0][0]["x-team"], "7")
            self.assertEqual(api.seen[0][0]["x-gateway"], "hidden-token-1")
            self.assertIn("[removed]", done.stderr)
            self.assertNotIn("hidden", done.stderr + done.stdout)

    def test_no_user_of_a_url_is_shown(self):
        for line in ('url = "http://longuser:longpassword@host:x/v1"',
                     'rpm = "http://longuser:longpassword@host/v1"'):
            done = run(self.flag(line))
            self.assertEqual(done.returncode, 1)
            self.assertIn("run.toml: ", done.stderr)
            self.assertNotIn("long", done.stderr, line)

    def test_one_line_says_what_is_wrong(self):
        for line, said in (("rmp = 5", "unknown key rmp; did you mean rpm?"),
                           ('rpm = "fast"', "rpm: 'fast' is not a whole number"),
                           ("rpm =", "line 1 is not TOML"),
                           ("rpm = '\x1b[31m'", "is not TOML")):
            done = run(self.flag(line))
            self.assertEqual(done.returncode, 1)
            self.assertIn(said, done.stderr)
            self.assertIn("run.toml", done.stderr)
            self.assertNotIn("\x1b", done.stderr)
            self.assertEqual(len(done.stderr.splitlines()), 1, done.stderr)

    def test_a_file_that_is_not_there(self):
        done = run("--paceline_config=/no/such.toml")
        self.assertEqual(done.returncode, 1)
        self.assertIn("--paceline_config: File does not exist: /no/such.toml", done.stderr)

    def test_the_results_have_the_flags_without_secrets(self):
        with Api(body=b'{"choices":[{"message":{"content":"x"}}]}') as api:
            url = api.url.replace("//", "//longuser:abc@") + "?key=def"
            context = rows(self.flag(f'url = "{url}"', "requests = 2", "rpm = 0",
                                     'header = ["x-key: ghi", "x-gateway: env:GATEWAY"]'),
                           "--paceline_parallel=1",
                           env={"GATEWAY": "hidden-token-1", "OPENAI_API_KEY": "sk-hidden"})["context"]
        self.assertEqual(context["paceline_flags"],
                         "--paceline_rpm=0 --paceline_parallel=1 --paceline_requests=2 "
                         f"--paceline_url='{api.url}?[removed]' "
                         "--paceline_header='x-key: [removed]' "
                         "--paceline_header='x-gateway: env:GATEWAY' --paceline_rows=")

    def test_the_endpoints(self):
        with Endpoint(self.flag("latency = '1ms'", "port = 0", name="--config")) as endpoint:
            self.assertRegex(endpoint.url, r"^http://127\.0\.0\.1:\d+/v1$")
        done = subprocess.run([os.environ["PACELINE_ENDPOINT"],
                               self.flag("latency = 'x'", name="--config")],
                              capture_output=True, text=True, timeout=60)
        self.assertEqual(done.returncode, 1)
        self.assertIn("run.toml: latency: 'x' is not a duration", done.stderr)


if __name__ == "__main__":
    unittest.main()
