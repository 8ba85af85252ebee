package dev.tidewright.cluster.kubernetes;

import dev.tidewright.cluster.LogFiles;
import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.time.Instant;
import java.util.Comparator;
import java.util.List;

/**
 * The kept log of one replica: files for reading, and a cursor that says up to which line, by the time that the node
 * stamped on it, they are whole. What lies behind the cursor after a crash is cut off and fetched again, so that nothing is
 * there twice. Written by one thread.
 */
final class ReplicaLog {

    static final int SEGMENT = 20 << 20;
    static final int SEGMENTS = 10;
    private static final String CURSOR = "cursor";

    private final Path folder;
    private Cursor cursor;

    /**
     * How far it goes.
     *
     * @param end bytes, from the very beginning
     * @param last when the last line was written; {@link Instant#EPOCH} before the first
     * @param restarts of the container whose output is followed
     * @param whole nothing will follow
     */
    record Cursor(long end, Instant last, int restarts, boolean whole) {
        static final Cursor START = new Cursor(0, Instant.EPOCH, 0, false);

        static Cursor parse(String text) {
            var parts = text.strip().split(" ", -1);
            return new Cursor(
                    Long.parseLong(parts[0]),
                    Instant.parse(parts[1]),
                    Integer.parseInt(parts[2]),
                    Boolean.parseBoolean(parts[3]));
        }

        String text() {
            return end + " " + last + " " + restarts + " " + whole + "\n";
        }
    }

    private ReplicaLog(Path folder, Cursor cursor) {
        this.folder = folder;
        this.cursor = cursor;
    }

    static ReplicaLog open(Path folder) throws IOException {
        Files.createDirectories(folder);
        var log = new ReplicaLog(folder, cursor(folder));
        log.cutTo(log.cursor.end());
        log.rejoin();
        return log;
    }

    /** Read by others than the writer. */
    static Cursor cursor(Path folder) throws IOException {
        try {
            return Cursor.parse(Files.readString(folder.resolve(CURSOR)));
        } catch (NoSuchFileException none) {
            return Cursor.START;
        }
    }

    Cursor cursor() {
        return cursor;
    }

    /** @param last when the last of these lines was written */
    void append(byte[] lines, Instant last) throws IOException {
        var files = new LogFiles(folder).files();
        var file = files.isEmpty() ? file(0) : files.getLast();
        if (!files.isEmpty() && cursor.end() - LogFiles.offset(file) >= SEGMENT) {
            file = file(cursor.end());
            for (var old : files.subList(0, Math.max(0, files.size() + 1 - SEGMENTS))) {
                Files.delete(old);
            }
        }
        Files.write(file, lines, StandardOpenOption.CREATE, StandardOpenOption.APPEND);
        move(new Cursor(cursor.end() + lines.length, last, cursor.restarts(), false));
    }

    void follows(int restarts) throws IOException {
        if (restarts != cursor.restarts()) {
            move(new Cursor(cursor.end(), cursor.last(), restarts, false));
        }
    }

    void whole() throws IOException {
        move(new Cursor(cursor.end(), cursor.last(), cursor.restarts(), true));
    }

    private void move(Cursor next) throws IOException {
        var written = folder.resolve(CURSOR + ".new");
        Files.writeString(written, next.text(), StandardCharsets.US_ASCII);
        Files.move(written, folder.resolve(CURSOR), StandardCopyOption.ATOMIC_MOVE);
        cursor = next;
    }

    private void cutTo(long end) throws IOException {
        for (var file : new LogFiles(folder).files().reversed()) {
            var keep = end - LogFiles.offset(file);
            if (keep < 0) {
                Files.delete(file);
            } else if (Files.size(file) > keep) {
                try (var channel = FileChannel.open(file, StandardOpenOption.WRITE)) {
                    channel.truncate(keep);
                }
            }
        }
    }

    /** A machine that lost its power may have kept the cursor and not the lines: a gap would be read no further. */
    private void rejoin() throws IOException {
        var files = new LogFiles(folder).files();
        var end = files.isEmpty() ? 0 : LogFiles.offset(files.getLast()) + Files.size(files.getLast());
        if (end < cursor.end()) {
            move(new Cursor(end, cursor.last(), cursor.restarts(), cursor.whole()));
        }
    }

    private Path file(long offset) {
        return folder.resolve("%020d".formatted(offset));
    }

    static void delete(Path folder) {
        if (!Files.exists(folder)) {
            return;
        }
        try (var entries = Files.walk(folder)) {
            List<Path> all = entries.sorted(Comparator.reverseOrder()).toList();
            for (var entry : all) {
                Files.deleteIfExists(entry);
            }
        } catch (IOException e) {
            throw new UncheckedIOException(e);
        }
    }
}
