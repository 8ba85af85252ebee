package dev.tidewright.catalog;

import dev.tidewright.kernel.Name;
import java.util.List;
import java.util.Map;
import java.util.Optional;
import java.util.UUID;
import java.util.concurrent.ConcurrentHashMap;
import org.jspecify.annotations.Nullable;
import org.springframework.stereotype.Component;

/**
 * Tells the catalog, beside the real features, of jobs and users that only a test knows. Found by the component scan of
 * every integration test: a second context could not share the installation.
 */
@Component
class FakeNeighbours implements ModelSources, VersionUsers {

    final Map<String, Candidate> jobs = new ConcurrentHashMap<>();
    final Map<UUID, List<String>> users = new ConcurrentHashMap<>();

    @Override
    public Optional<Candidate> find(Name namespace, Name job, @Nullable Integer attempt) {
        return Optional.ofNullable(jobs.get(namespace + "/" + job));
    }

    @Override
    public List<VersionUser> usersOf(UUID versionId) {
        return users.getOrDefault(versionId, List.of()).stream()
                .map(said -> new VersionUser(said, null))
                .toList();
    }
}
