"""The README's example does what the README says."""

import re
import subprocess
import sys
from pathlib import Path

README = Path(__file__).resolve().parent.parent / "README.md"


def test_the_example_runs_and_ends_in_the_dead_letter_queue(tmp_path):
    example = re.search(r"```python\n(.*?)```", README.read_text(encoding="utf-8"), re.DOTALL).group(1)
    script = tmp_path / "example.py"  # a file, because a function's source is read from where it stands
    script.write_text(example, encoding="utf-8")
    result = subprocess.run([sys.executable, str(script)], capture_output=True, text=True, check=False)
    assert result.returncode == 0, result.stderr
    kinds = [line.split()[3] for line in result.stdout.splitlines()]
    assert kinds.count("invoke") == 3
    assert kinds[-1] == "dead-letter"
