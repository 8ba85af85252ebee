package dev.tidewright.history;

import dev.tidewright.kernel.Refusal;

/**
 * Where a reader of the event stream is: the last transaction and row that it saw. Written {@code tx.seq}; the value of
 * {@code Last-Event-ID}.
 */
public record HistoryPosition(long tx, long seq) {

    public static final HistoryPosition START = new HistoryPosition(0, 0);

    /** The inverse of {@link #toString}. */
    public static HistoryPosition parse(String text) {
        var parts = text.split("\\.", 2);
        try {
            return new HistoryPosition(Long.parseUnsignedLong(parts[0]), Long.parseLong(parts[1]));
        } catch (NumberFormatException | ArrayIndexOutOfBoundsException malformed) {
            throw new Refusal.Malformed(
                    "invalid-event-id", "Last-Event-ID", "this is no id that the event stream gave out: leave it away");
        }
    }

    @Override
    public String toString() {
        return Long.toUnsignedString(tx) + "." + seq;
    }
}
