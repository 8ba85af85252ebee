package dev.tidewright.cluster.local;

import java.io.IOException;
import java.io.UncheckedIOException;
import java.nio.charset.StandardCharsets;
import java.nio.file.DirectoryNotEmptyException;
import java.nio.file.FileAlreadyExistsException;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.security.MessageDigest;
import java.security.NoSuchAlgorithmException;
import java.util.HexFormat;
import java.util.SortedMap;
import java.util.TreeMap;
import java.util.UUID;
import org.springframework.core.io.support.PathMatchingResourcePatternResolver;

/**
 * What runs beside user code travels inside the jar and is laid out on disk, one folder for each content: a replica that
 * outlived an update goes on with the files it started with.
 *
 * @param folder holds {@code supervisor/}, {@code launcher/} …
 */
record RuntimeFiles(Path folder) {

    Path resolve(String first, String second) {
        return folder.resolve(first).resolve(second);
    }

    static RuntimeFiles unpack(Path parent) {
        try {
            var files = bundled();
            var folder = parent.resolve(digest(files));
            if (!Files.isDirectory(folder)) {
                var draft = parent.resolve(".new-" + UUID.randomUUID());
                for (var file : files.entrySet()) {
                    var target = draft.resolve(file.getKey());
                    Files.createDirectories(target.resolve("..").normalize());
                    Files.write(target, file.getValue());
                }
                publish(draft, folder);
            }
            return new RuntimeFiles(folder);
        } catch (IOException e) {
            throw new UncheckedIOException("the runtimes could not be unpacked to " + parent, e);
        }
    }

    private static void publish(Path draft, Path folder) throws IOException {
        try {
            Files.move(draft, folder, StandardCopyOption.ATOMIC_MOVE);
        } catch (FileAlreadyExistsException | DirectoryNotEmptyException e) {
            // Another process was faster, with the same content.
        }
    }

    private static SortedMap<String, byte[]> bundled() throws IOException {
        var files = new TreeMap<String, byte[]>();
        var resolver = new PathMatchingResourcePatternResolver(RuntimeFiles.class.getClassLoader());
        for (var resource : resolver.getResources("classpath*:runtimes/**")) {
            var address = resource.getURL().toString();
            var name = address.substring(address.lastIndexOf("/runtimes/") + "/runtimes/".length());
            if (!name.isEmpty() && !name.endsWith("/") && resource.isReadable()) {
                files.put(name, resource.getContentAsByteArray());
            }
        }
        return files;
    }

    private static String digest(SortedMap<String, byte[]> files) {
        try {
            var digest = MessageDigest.getInstance("SHA-256");
            files.forEach((name, content) -> {
                digest.update((name + "\0" + content.length + "\0").getBytes(StandardCharsets.UTF_8));
                digest.update(content);
            });
            return HexFormat.of().formatHex(digest.digest(), 0, 8);
        } catch (NoSuchAlgorithmException e) {
            throw new IllegalStateException(e);
        }
    }
}
