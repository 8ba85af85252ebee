package dev.tidewright.gateway;

import dev.tidewright.serving.Route;
import java.io.IOException;
import java.nio.ByteBuffer;
import java.nio.channels.FileChannel;
import java.nio.file.Files;
import java.nio.file.Path;
import java.nio.file.StandardCopyOption;
import java.nio.file.StandardOpenOption;
import java.util.List;
import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import tools.jackson.core.JacksonException;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.json.JsonMapper;

/** The last table on disk, so that a restarted gateway serves before the control plane has told it anything. */
final class TableFile {

    private static final Logger LOG = LoggerFactory.getLogger(TableFile.class);
    private static final JsonMapper JSON = JsonMapper.builder()
            .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
            .build();

    private final Path file;

    TableFile(Path file) {
        this.file = file;
    }

    private record Content(List<Route> routes) {}

    /** A file that cannot be read is no reason not to start: the next publish brings the truth. */
    Optional<List<Route>> read() {
        if (!Files.exists(file)) {
            return Optional.empty();
        }
        try {
            return Optional.of(
                    JSON.readValue(Files.readAllBytes(file), Content.class).routes());
        } catch (IOException | JacksonException | NullPointerException fault) {
            LOG.warn("the last routing table in {} cannot be read, starting without: {}", file, fault.toString());
            return Optional.empty();
        }
    }

    void write(List<Route> routes) {
        var folder = file.toAbsolutePath().getParent();
        try {
            Files.createDirectories(folder);
            var draft = Files.createTempFile(folder, "routes", ".tmp");
            try (var channel = FileChannel.open(draft, StandardOpenOption.WRITE)) {
                var bytes = ByteBuffer.wrap(JSON.writeValueAsBytes(new Content(routes)));
                while (bytes.hasRemaining()) {
                    channel.write(bytes);
                }
                channel.force(true);
            }
            Files.move(draft, file, StandardCopyOption.ATOMIC_MOVE, StandardCopyOption.REPLACE_EXISTING);
        } catch (IOException | JacksonException fault) {
            LOG.warn("the routing table could not be kept in {}: {}", file, fault.toString());
        }
    }
}
