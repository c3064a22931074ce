"""The process that reads one recorded voice: a job on stdin, a report on stdout.

Stage: an uploaded file is somebody else's data, and a decoder is written in C: it runs
here, without a network, within limits, and is gone afterwards.
"""

from __future__ import annotations

import resource
import sys

from media_worker.isolation import cut_network

MAX_MEMORY_BYTES = 3 * 1024**3
"""Of address space; the libraries' own threads reserve most of it."""
MAX_CPU_S = 60
MAX_FILE_BYTES = 16 * 1024**2


def _limit() -> None:
    cut_network()
    resource.setrlimit(resource.RLIMIT_AS, (MAX_MEMORY_BYTES, MAX_MEMORY_BYTES))
    resource.setrlimit(resource.RLIMIT_CPU, (MAX_CPU_S, MAX_CPU_S))
    resource.setrlimit(resource.RLIMIT_FSIZE, (MAX_FILE_BYTES, MAX_FILE_BYTES))


def main() -> None:
    """Read the file of the job, and write the converted one beside it."""
    _limit()
    # Only now: Linux refuses a new network namespace to a process with threads.
    from media_worker.play.recording_convert import converted  # noqa: PLC0415 - after the network is cut
    from media_worker.play.recording_job import RecordingJob  # noqa: PLC0415 - as above

    job = RecordingJob.model_validate_json(sys.stdin.read())
    sys.stdout.write(converted(job).model_dump_json())


if __name__ == "__main__":
    main()
