package dev.tidewright.cluster.local;

import com.fasterxml.jackson.annotation.JsonSubTypes;
import com.fasterxml.jackson.annotation.JsonTypeInfo;
import dev.tidewright.cluster.ClusterUnavailable;
import dev.tidewright.cluster.Program;
import dev.tidewright.cluster.Workload;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.channels.OverlappingFileLockException;
import java.nio.charset.StandardCharsets;
import java.nio.file.FileSystemException;
import java.nio.file.FileVisitResult;
import java.nio.file.Files;
import java.nio.file.NoSuchFileException;
import java.nio.file.Path;
import java.nio.file.SimpleFileVisitor;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.nio.file.attribute.BasicFileAttributes;
import java.nio.file.attribute.PosixFilePermissions;
import java.util.List;
import java.util.Optional;
import java.util.Set;
import java.util.UUID;
import java.util.concurrent.ExecutorService;
import java.util.concurrent.Executors;
import java.util.concurrent.TimeUnit;
import org.jspecify.annotations.Nullable;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/**
 * The files everything is remembered in. Each file appears whole or not at all, and a folder is taken away by renaming
 * it first, so that a process killed in between never leaves something that looks like a different truth.
 */
final class Store implements AutoCloseable {

    private static final JsonMapper JSON = JsonMapper.builder()
            .addMixIn(Workload.class, WorkloadTypes.class)
            .addMixIn(Program.Entry.class, EntryTypes.class)
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Path root;
    private final FileChannel lock;
    private final ExecutorService removals = Executors.newSingleThreadExecutor(
            Thread.ofVirtual().name("local-trash").factory());

    /** Takes the folder for this process; refuses with a sentence when another one works with it. */
    Store(Path root) {
        this.root = root;
        try {
            Files.createDirectories(root);
            restrict(root, "rwx------");
            lock = FileChannel.open(root.resolve(".lock"), StandardOpenOption.CREATE, StandardOpenOption.WRITE);
            if (lock.tryLock() == null) {
                throw taken();
            }
        } catch (OverlappingFileLockException e) {
            throw taken();
        } catch (IOException e) {
            throw unavailable(root, e);
        }
    }

    private IllegalStateException taken() {
        return new IllegalStateException(root
                + " is in use by another running Tidewright: stop that one, or give this one another TIDEWRIGHT_HOME");
    }

    Path root() {
        return root;
    }

    static <T> Optional<T> read(Path file, Class<T> type) {
        try {
            return Optional.of(JSON.readValue(Files.readAllBytes(file), type));
        } catch (NoSuchFileException e) {
            return Optional.empty();
        } catch (IOException e) {
            throw unavailable(file, e);
        } catch (JacksonException e) {
            throw unavailable(file, new IOException("not readable as JSON", e));
        }
    }

    static void write(Path file, Object content) {
        writeBytes(file, JSON.writeValueAsBytes(content));
    }

    static void mark(Path file) {
        writeBytes(file, "\n".getBytes(StandardCharsets.UTF_8));
    }

    /** Readable by this user only, from its first byte on; forced to disk. */
    private static void writeBytes(Path file, byte[] bytes) {
        var draft = file.resolveSibling("." + file.getFileName() + "." + UUID.randomUUID());
        try {
            var options = Set.of(StandardOpenOption.CREATE_NEW, StandardOpenOption.WRITE);
            try (var channel = FileChannel.open(draft, options, ownerOnly(file))) {
                var buffer = ByteBuffer.wrap(bytes);
                while (buffer.hasRemaining()) {
                    channel.write(buffer);
                }
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException e) {
            throw unavailable(file, e);
        }
    }

    private static java.nio.file.attribute.FileAttribute<?>[] ownerOnly(Path file) {
        return file.getFileSystem().supportedFileAttributeViews().contains("posix")
                ? new java.nio.file.attribute.FileAttribute<?>[] {
                    PosixFilePermissions.asFileAttribute(PosixFilePermissions.fromString("rw-------"))
                }
                : new java.nio.file.attribute.FileAttribute<?>[0];
    }

    private static void restrict(Path folder, String permissions) throws IOException {
        if (folder.getFileSystem().supportedFileAttributeViews().contains("posix")) {
            Files.setPosixFilePermissions(folder, PosixFilePermissions.fromString(permissions));
        }
    }

    /** A folder outside of everything that is listed, to be filled and then {@link #publish published}. */
    Path draft() {
        return makeFolder(root.resolve(".new").resolve(UUID.randomUUID().toString()));
    }

    /** Makes a draft appear at its place, whole. */
    static void publish(Path draft, Path place) {
        try {
            Files.createDirectories(place.resolve("..").normalize());
            Files.move(draft, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw unavailable(place, e);
        }
    }

    static Path makeFolder(Path folder) {
        try {
            return Files.createDirectories(folder);
        } catch (IOException e) {
            throw unavailable(folder, e);
        }
    }

    /** The folders in this one that are not our own scratch; empty when there is no such folder. */
    static List<Path> folders(Path parent) {
        try (var entries = Files.list(parent)) {
            return entries.filter(entry -> Files.isDirectory(entry)
                            && !entry.getFileName().toString().startsWith("."))
                    .sorted()
                    .toList();
        } catch (NoSuchFileException e) {
            return List.of();
        } catch (IOException e) {
            throw unavailable(parent, e);
        }
    }

    /** Takes a folder out of sight at once, then removes it. */
    void discard(Path folder) {
        var trash = makeFolder(root.resolve(".trash")).resolve(UUID.randomUUID().toString());
        try {
            Files.move(folder, trash, StandardCopyOption.ATOMIC_MOVE);
        } catch (NoSuchFileException e) {
            return;
        } catch (IOException e) {
            throw unavailable(folder, e);
        }
        // Many files may take long, and nobody waits for them.
        removals.execute(() -> removeTree(trash));
    }

    /** Keeps a folder for a person to look at, where nothing looks for workloads. */
    void setAside(Path folder) {
        var place =
                makeFolder(root.resolve(".broken")).resolve(UUID.randomUUID().toString());
        try {
            Files.move(folder, place, StandardCopyOption.ATOMIC_MOVE);
        } catch (IOException e) {
            throw unavailable(folder, e);
        }
    }

    /** Removes a folder and those above it, up to our own, as far as they are empty. */
    void prune(Path folder) {
        try {
            for (var empty = folder.normalize(); empty != null && !empty.equals(root); empty = empty.getParent()) {
                Files.delete(empty);
            }
        } catch (IOException e) {
            // Something else lives there.
        }
    }

    /** Removes what is out of sight. What cannot be removed now is tried again at the next start. */
    void emptyTrash() {
        for (var scratch : List.of(root.resolve(".trash"), root.resolve(".new"))) {
            for (var folder : folders(scratch)) {
                removeTree(folder);
            }
        }
    }

    private static void removeTree(Path folder) {
        try {
            Files.walkFileTree(folder, new SimpleFileVisitor<>() {
                @Override
                public FileVisitResult visitFile(Path file, BasicFileAttributes attributes) throws IOException {
                    Files.deleteIfExists(file);
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult preVisitDirectory(Path below, BasicFileAttributes attributes)
                        throws IOException {
                    restrict(below, "rwx------"); // a program may have made its folders read-only
                    return FileVisitResult.CONTINUE;
                }

                @Override
                public FileVisitResult postVisitDirectory(Path below, @Nullable IOException e) throws IOException {
                    Files.deleteIfExists(below);
                    return FileVisitResult.CONTINUE;
                }
            });
        } catch (IOException e) {
            System.getLogger(Store.class.getName()).log(System.Logger.Level.DEBUG, "left for later: " + folder, e);
        }
    }

    static ClusterUnavailable unavailable(Path path, IOException cause) {
        var what = cause instanceof FileSystemException known && known.getReason() != null
                ? known.getReason()
                : cause.getClass().getSimpleName();
        return new ClusterUnavailable("cannot work with " + path + ": " + what, cause);
    }

    @Override
    public void close() {
        removals.shutdown();
        try {
            if (!removals.awaitTermination(5, TimeUnit.SECONDS)) {
                removals.shutdownNow(); // the next start removes the rest
            }
        } catch (InterruptedException e) {
            Thread.currentThread().interrupt();
        }
        try {
            lock.close();
        } catch (IOException e) {
            throw unavailable(root, e);
        }
    }

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Workload.Batch.class, name = "batch"),
        @JsonSubTypes.Type(value = Workload.Service.class, name = "service")
    })
    private interface WorkloadTypes {}

    @JsonTypeInfo(use = JsonTypeInfo.Id.NAME, property = "type")
    @JsonSubTypes({
        @JsonSubTypes.Type(value = Program.Launcher.class, name = "launcher"),
        @JsonSubTypes.Type(value = Program.Command.class, name = "command"),
        @JsonSubTypes.Type(value = Program.Image.class, name = "image")
    })
    private interface EntryTypes {}
}
