package dev.tidewright.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Reads a replica's log: files named by the absolute offset of their first byte, the oldest of which may be gone. */
public record LogFiles(Path folder) {

    /** A piece from {@code position} on; {@code ended}: nothing was written any more before this call. */
    public LogSlice read(long position, int maxBytes, boolean ended) {
        try {
            var limit = Math.max(LogSlice.LEAST, maxBytes);
            for (var attempt = 0; ; attempt++) {
                try {
                    return slice(position, limit, ended);
                } catch (NoSuchFileException e) {
                    if (attempt == 3) { // rotated away each time between listing and reading
                        throw e;
                    }
                }
            }
        } catch (IOException e) {
            throw new ClusterUnavailable("cannot read the log in " + folder, e);
        }
    }

    private LogSlice slice(long position, int limit, boolean ended) throws IOException {
        var files = files();
        if (files.isEmpty()) {
            return new LogSlice("", 0, 0, ended);
        }
        var start = Math.max(position, offset(files.getFirst()));
        var collected = new ByteArrayOutputStream();
        for (var i = 0; i < files.size() && collected.size() < limit; i++) {
            var file = files.get(i);
            var wanted = start + collected.size() - offset(file);
            var beyond = i + 1 < files.size() && offset(files.get(i + 1)) <= start + collected.size();
            if (!beyond && wanted >= 0) {
                readInto(collected, file, wanted, limit - collected.size());
            }
        }
        var bytes = collected.toByteArray();
        if (bytes.length == 0) {
            var end = offset(files.getLast()) + Files.size(files.getLast());
            return new LogSlice("", Math.min(start, end), Math.min(start, end), ended);
        }
        return LogSlice.cut(bytes, start, bytes.length < limit, ended);
    }

    private static void readInto(ByteArrayOutputStream target, Path file, long position, int limit) throws IOException {
        try (var channel = FileChannel.open(file, StandardOpenOption.READ)) {
            var available = Math.clamp(channel.size() - position, 0, limit);
            var buffer = ByteBuffer.allocate(available);
            while (buffer.hasRemaining() && channel.read(buffer, position + buffer.position()) > 0) {
                // until it is full
            }
            target.write(buffer.array(), 0, buffer.position());
        }
    }

    /** In the order of what they hold. */
    public List<Path> files() throws IOException {
        try (var entries = Files.list(folder)) {
            return entries.filter(file -> file.getFileName().toString().matches("[0-9]{20}"))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of(); // nothing was started yet
        }
    }

    /** Where in the log a file begins. */
    public static long offset(Path file) {
        return Long.parseLong(file.getFileName().toString());
    }
}
