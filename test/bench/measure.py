# Runs one command and writes what the operating system accounts to it (wait4's rusage: the process and whatever it
# waited for) to a file as JSON: measure.py RESULT COMMAND ARGUMENT…
import json
import os
import sys
import time

started = time.monotonic()
child = os.posix_spawn(sys.argv[2], sys.argv[2:], os.environ)
_, status, usage = os.wait4(child, 0)
result = {
    'code': os.waitstatus_to_exitcode(status),
    'wall': time.monotonic() - started,
    'cpu': usage.ru_utime + usage.ru_stime,
    'peak': usage.ru_maxrss / 1024,
}
with open(sys.argv[1], 'w') as file:
    json.dump(result, file)
