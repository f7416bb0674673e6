import os
import signal
import subprocess
import sys

from entra_conformance import program

command = [str(program()), *sys.argv[1:]]
if sys.platform == "win32":
    # There `execv` does not wait for what it starts. Ctrl+C reaches the program too, which ends in its own way.
    signal.signal(signal.SIGINT, signal.SIG_IGN)
    sys.exit(subprocess.run(command).returncode)
os.execv(command[0], command)
