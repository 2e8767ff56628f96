"""Becomes the program it is given, which then dies with the process that asked for it.

usage: guarded.py PARENT_PID SIGNAL USER PROGRAM [ARGUMENT...]      (USER "-" keeps the present user)
Runs as a script of its own: a program that is exec'ed keeps the parent-death signal, but a change of user clears it, so
user, signal and exec have to come in this order in the new process. Needs the standard library only.
"""

import ctypes
import os
import pwd
import sys

PR_SET_PDEATHSIG = 1


def main() -> None:
    parent, death_signal, user, *command = sys.argv[1:]
    if user != "-":
        become(user)
    if sys.platform == "linux":
        ctypes.CDLL(None, use_errno=True).prctl(PR_SET_PDEATHSIG, int(death_signal), 0, 0, 0)
        if os.getppid() != int(parent):
            sys.exit(1)  # the parent died before the signal was asked for
    os.execvp(command[0], command)


def become(user: str) -> None:
    entry = pwd.getpwnam(user)
    os.initgroups(user, entry.pw_gid)
    os.setgid(entry.pw_gid)
    os.setuid(entry.pw_uid)
    os.environ["HOME"] = entry.pw_dir


if __name__ == "__main__":
    main()
