package dev.tidewright.artifacts;

import dev.tidewright.kernel.Refusal;
import dev.tidewright.kernel.Text;
import java.io.BufferedInputStream;
import java.io.IOException;
import java.io.InputStream;
import java.nio.file.Files;
import java.nio.file.Path;
import java.util.HashSet;
import java.util.Locale;
import java.util.Set;
import org.apache.commons.compress.archivers.tar.TarArchiveEntry;
import org.apache.commons.compress.archivers.tar.TarArchiveInputStream;
import org.apache.commons.compress.archivers.tar.TarConstants;
import org.apache.commons.compress.archivers.zip.ZipArchiveEntry;
import org.apache.commons.compress.archivers.zip.ZipFile;
import org.apache.commons.compress.compressors.gzip.GzipCompressorInputStream;
import org.jspecify.annotations.Nullable;

/**
 * Reads a zip, tar or tar.gz entry by entry and refuses what would be dangerous to unpack, naming the entry. Zips are
 * read by their central directory, as Python does it: what is checked here is what is unpacked there.
 */
final class Archive {

    static final int MAX_ENTRIES = 100_000;
    static final long MAX_UNPACKED = 2L << 30;

    /** Up to this size nobody minds how well something was packed. */
    static final long ALWAYS_FINE = 64L << 20;

    static final long MAX_RATIO = 200;

    private static final int DIRECTORY_RECORD = 0x504b0102;
    private static final String SPECIAL = "a device or other special file";

    private final Path file;
    private final long packed;
    private final Visitor visitor;
    private final Set<String> files = new HashSet<>();
    private final Set<String> folders = new HashSet<>();
    private int entries;
    private long unpacked;

    private Archive(Path file, Visitor visitor) throws IOException {
        this.file = file;
        this.packed = Math.max(1, Files.size(file));
        this.visitor = visitor;
    }

    /** Takes the files of an archive, in its order. */
    interface Visitor {
        /** Need not read {@code body} to its end, nor close it. */
        void file(ArtifactPath path, InputStream body) throws IOException;

        /** A folder that has an entry of its own; most folders are known by their files only. */
        default void folder(ArtifactPath path) {}
    }

    static boolean isName(String fileName) {
        return form(fileName) != null;
    }

    /** Reads everything. */
    static void read(String fileName, Path file, Visitor visitor) {
        try {
            var archive = new Archive(file, visitor);
            switch (form(fileName)) {
                case ZIP -> archive.zip();
                case TAR -> archive.tar(false);
                case TAR_GZ -> archive.tar(true);
                case null -> throw invalid("is no archive by its name: call it .zip, .tar or .tar.gz");
            }
            if (archive.entries == 0) {
                throw invalid("has no entries: pack at least one file");
            }
        } catch (IOException | IllegalArgumentException malformed) {
            throw invalid("cannot be read (" + Text.shortened(String.valueOf(malformed.getMessage()), 200)
                    + "): pack it again as .zip or .tar.gz");
        }
    }

    private static @Nullable Form form(String fileName) {
        var name = fileName.toLowerCase(Locale.ROOT);
        if (name.endsWith(".zip")) {
            return Form.ZIP;
        }
        if (name.endsWith(".tar.gz") || name.endsWith(".tgz")) {
            return Form.TAR_GZ;
        }
        return name.endsWith(".tar") ? Form.TAR : null;
    }

    private enum Form {
        ZIP,
        TAR,
        TAR_GZ
    }

    private void zip() throws IOException {
        refuseHugeDirectory();
        try (var zip =
                ZipFile.builder().setPath(file).setIgnoreLocalFileHeader(true).get()) {
            for (var all = zip.getEntries(); all.hasMoreElements(); ) {
                var entry = all.nextElement();
                check(entry.getName(), entry.isDirectory(), kind(entry));
                if (!zip.canReadEntryData(entry)) {
                    throw invalid("has an entry \"" + shown(entry.getName())
                            + "\" that is encrypted or packed in an unusual way: pack it again without a password");
                }
                if (!entry.isDirectory()) {
                    try (var body = zip.getInputStream(entry)) {
                        file(entry.getName(), body);
                    }
                }
            }
        }
    }

    /**
     * The directory of a zip is held in memory as a whole, before its entries can be counted, and what it says of its own
     * size is not to be believed. So its records are counted by their signature first; twice the limit, because a zip in a
     * zip has some too.
     */
    private void refuseHugeDirectory() throws IOException {
        try (var bytes = new BufferedInputStream(Files.newInputStream(file), 1 << 16)) {
            var records = 0;
            var last = 0;
            for (var next = bytes.read(); next >= 0; next = bytes.read()) {
                last = last << 8 | next;
                if (last == DIRECTORY_RECORD && ++records > 2 * MAX_ENTRIES) {
                    throw invalid("has more than " + MAX_ENTRIES + " entries: leave out what the job does not need");
                }
            }
        }
    }

    private static String kind(ZipArchiveEntry entry) {
        var type = entry.getUnixMode() & 0170000;
        return switch (type) {
            case 0, 0100000, 0040000 -> "";
            case 0120000 -> "a symbolic link";
            default -> SPECIAL;
        };
    }

    private void tar(boolean compressed) throws IOException {
        try (var bytes = new BufferedInputStream(Files.newInputStream(file));
                var plain = compressed
                        ? GzipCompressorInputStream.builder()
                                .setInputStream(bytes)
                                .setDecompressConcatenated(true)
                                .get()
                        : bytes;
                var tar = new TarArchiveInputStream(plain, "UTF-8")) {
            for (var entry = tar.getNextEntry(); entry != null; entry = tar.getNextEntry()) {
                check(entry.getName(), entry.isDirectory(), kind(entry));
                if (!entry.isDirectory()) {
                    file(entry.getName(), tar);
                }
            }
        }
    }

    private static String kind(TarArchiveEntry entry) {
        return switch (entry.getLinkFlag()) {
            case TarConstants.LF_OLDNORM, TarConstants.LF_NORMAL, TarConstants.LF_CONTIG, TarConstants.LF_DIR ->
                entry.isSparse() ? SPECIAL : "";
            case TarConstants.LF_SYMLINK -> "a symbolic link";
            case TarConstants.LF_LINK -> "a hard link";
            default -> SPECIAL;
        };
    }

    private void check(String name, boolean directory, String special) {
        entries++;
        if (entries > MAX_ENTRIES) {
            throw invalid("has more than " + MAX_ENTRIES + " entries (the first too many is \"" + shown(name)
                    + "\"): leave out what the job does not need");
        }
        if (!special.isEmpty()) {
            throw invalid("has an entry \"" + shown(name) + "\" that is " + special + ": pack the file itself");
        }
        if (!directory) {
            placed(name, path(name).value());
        } else if (!isRoot(name)) {
            var folder = path(name);
            if (files.contains(folder.value())) {
                throw clash(name);
            }
            enter(name, folder.value());
            visitor.folder(folder);
        }
    }

    /** What is said twice has two meanings: which one is unpacked would be up to the unpacker. */
    private void placed(String name, String path) {
        if (folders.contains(path)) {
            throw clash(name);
        }
        if (!files.add(path)) {
            throw invalid("has the entry \"" + shown(name) + "\" twice: pack every file once");
        }
        var slash = path.lastIndexOf('/');
        if (slash > 0) {
            enter(name, path.substring(0, slash));
        }
    }

    /** Makes a folder known with all that it lies in. */
    private void enter(String name, String folder) {
        for (var end = folder.length(); end > 0 && folders.add(folder.substring(0, end)); ) {
            if (files.contains(folder.substring(0, end))) {
                throw clash(name);
            }
            end = folder.lastIndexOf('/', end - 1);
        }
    }

    private static Refusal clash(String name) {
        return invalid("has a file where the entry \"" + shown(name)
                + "\" needs a folder, or the other way round: pack it again from one folder");
    }

    private void file(String name, InputStream body) throws IOException {
        var counted = new Counted(body, name);
        visitor.file(path(name), counted);
        counted.transferTo(java.io.OutputStream.nullOutputStream());
    }

    private static boolean isRoot(String name) {
        return name.equals("./") || name.equals(".");
    }

    private static ArtifactPath path(String name) {
        var plain = name.endsWith("/") ? name.substring(0, name.length() - 1) : name;
        try {
            return new ArtifactPath(plain.startsWith("./") ? plain.substring(2) : plain);
        } catch (Refusal.Invalid refused) {
            throw invalid("has an entry \"" + shown(name)
                    + "\" that would be unpacked outside of its folder or cannot be named: " + refused.sentence());
        }
    }

    private static String shown(String name) {
        return Text.shortened(name.replaceAll("\\p{Cntrl}", "?"), 120);
    }

    private static Refusal.Invalid invalid(String what) {
        return new Refusal.Invalid("invalid-archive", "file", "the archive's content is refused: it " + what);
    }

    /** Counts what really comes out; sizes written in the archive are not believed. */
    private final class Counted extends InputStream {

        private final InputStream body;
        private final String name;

        Counted(InputStream body, String name) {
            this.body = body;
            this.name = name;
        }

        @Override
        public int read() throws IOException {
            var single = new byte[1];
            return read(single, 0, 1) < 0 ? -1 : single[0] & 0xff;
        }

        @Override
        public int read(byte[] buffer, int offset, int length) throws IOException {
            var read = body.read(buffer, offset, length);
            if (read > 0) {
                unpacked += read;
                if (unpacked > MAX_UNPACKED) {
                    throw invalid("unpacks to more than " + (MAX_UNPACKED >> 30) + " GiB (at entry \"" + shown(name)
                            + "\"): leave out what the job does not need");
                }
                if (unpacked > ALWAYS_FINE && unpacked / packed > MAX_RATIO) {
                    throw invalid("unpacks to more than " + MAX_RATIO + " times its size (at entry \"" + shown(name)
                            + "\"), as archives do that are made to fill a disk");
                }
            }
            return read;
        }
    }
}
