"""``agent scan``: every catalogued error in logs of any size.

The way of a byte, one module per step, values in and values out::

    sources   paths -> Source: what is read of a folder, encoding, gzip, why a file is left out
    scanner   blocks of whole lines, offsets, progress, stop, resume
    words     the cheap filter: which lines can hold something the catalogue knows
    records   the lines around such a line that are one error (blocks, traces, JSON objects)
    stamps    the moment a record names
    recognise record text -> Seen (rule, class, fingerprint): intake, redact, fingerprint, match, with a cache
    tally     Seen + Place -> groups with counts, first and last time, places; bounded
    state     Progress of each file and the tally, written in one step

    jsonl     the other way in: each record of a JSONL file answered one by one
    evtx      Windows event logs, when the reader is installed

Types (``model``): ``Place`` file and line; ``Seen`` what the catalogue says of one record; ``Group`` one fingerprint of one rule;
``Left`` a file that was not read, and why; ``Outcome`` all that a renderer sees.

The filter may let through too much and never too little: a rule whose signals it does not understand is found by every text they hold.
A record ends where the next begins, whatever block it was read in, so stopping anywhere and going on changes no count.
"""
