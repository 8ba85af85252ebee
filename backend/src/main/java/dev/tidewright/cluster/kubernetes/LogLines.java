package dev.tidewright.cluster.kubernetes;

import java.io.ByteArrayOutputStream;
import java.nio.ByteBuffer;
import java.nio.charset.StandardCharsets;
import java.time.Instant;
import java.time.OffsetDateTime;
import java.time.format.DateTimeParseException;

/**
 * Takes the stream of a container's log, in which each line begins with the time of its writing, and gives back the lines
 * without it. Lines up to a given time were kept before and are left out: a stream can only be asked for whole seconds. Once
 * one is later, all that follow are new: the two outputs of a program and a clock that is put back write times out of order.
 * What bears no time is not the program's, and is passed on only where nothing of the program was ever heard.
 */
final class LogLines {

    private final ByteArrayOutputStream line = new ByteArrayOutputStream();
    private final ByteArrayOutputStream taken = new ByteArrayOutputStream();
    private Instant last;
    private boolean isNew;

    LogLines(Instant last) {
        this.last = last;
    }

    void add(ByteBuffer bytes) {
        while (bytes.hasRemaining()) {
            var next = bytes.get();
            line.write(next);
            if (next == '\n') {
                take();
            }
        }
    }

    /** The container has ended: what stands at the end without a line break is all of its line. */
    void end() {
        if (line.size() > 0) {
            take();
        }
    }

    private void take() {
        var whole = line.toByteArray();
        line.reset();
        var space = 0;
        while (space < whole.length && whole[space] != ' ') {
            space++;
        }
        try {
            var at = OffsetDateTime.parse(new String(whole, 0, space, StandardCharsets.US_ASCII))
                    .toInstant();
            isNew |= at.isAfter(last);
            if (isNew) {
                last = at.isAfter(last) ? at : last;
                taken.write(whole, Math.min(space + 1, whole.length), Math.max(0, whole.length - space - 1));
            }
        } catch (DateTimeParseException notALine) {
            // The node's own complaint, that it has no log of this container: better than nothing, and no part of a
            // log.
            if (last.equals(Instant.EPOCH)) {
                taken.writeBytes(whole);
            }
        }
    }

    Instant last() {
        return last;
    }

    /** What was taken since the last call. */
    byte[] drain() {
        var bytes = taken.toByteArray();
        taken.reset();
        return bytes;
    }
}
