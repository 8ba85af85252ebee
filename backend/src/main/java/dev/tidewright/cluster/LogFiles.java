package dev.tidewright.cluster;

import java.io.ByteArrayOutputStream;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.charset.StandardCharsets;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.StandardOpenOption;
import java.util.List;

/** Reads a replica's log: files named by the absolute offset of their first byte, the oldest of which may be gone. */
public record LogFiles(Path folder) {

    /** Room for one character in any case. */
    private static final int LEAST = 16;

    /** A piece from {@code position} on; {@code ended}: nothing was written any more before this call. */
    public LogSlice read(long position, int maxBytes, boolean ended) {
        try {
            var limit = Math.max(LEAST, maxBytes);
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
        return cut(bytes, start, bytes.length < limit, ended);
    }

    private static LogSlice cut(byte[] bytes, long start, boolean reachedEnd, boolean ended) {
        var from = start == 0 ? 0 : continuationsAtStart(bytes);
        var to = reachedEnd && ended ? bytes.length : wholeLines(bytes, from);
        var text = new String(bytes, from, to - from, StandardCharsets.UTF_8);
        return new LogSlice(text, start + from, start + to, reachedEnd && ended);
    }

    /** The end of the last whole line, or, when the line is longer than that, of the last whole character. */
    private static int wholeLines(byte[] bytes, int from) {
        for (var end = bytes.length; end > from; end--) {
            if (bytes[end - 1] == '\n') {
                return end;
            }
        }
        return bytes.length - halfCharacterAtEnd(bytes, from);
    }

    private static int continuationsAtStart(byte[] bytes) {
        var count = 0;
        while (count < Math.min(3, bytes.length) && isContinuation(bytes[count])) {
            count++;
        }
        return count;
    }

    private static int halfCharacterAtEnd(byte[] bytes, int from) {
        for (var back = 1; back <= Math.min(3, bytes.length - from); back++) {
            var value = bytes[bytes.length - back] & 0xff;
            if (!isContinuation((byte) value)) {
                var length = value >= 0xf0 ? 4 : value >= 0xe0 ? 3 : value >= 0xc0 ? 2 : 1;
                return length > back ? back : 0;
            }
        }
        return 0;
    }

    private static boolean isContinuation(byte value) {
        return (value & 0xc0) == 0x80;
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
