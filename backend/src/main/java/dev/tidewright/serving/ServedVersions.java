package dev.tidewright.serving;

import dev.tidewright.catalog.VersionUser;
import dev.tidewright.catalog.VersionUsers;
import java.util.List;
import java.util.UUID;
import org.springframework.stereotype.Component;

/** Keeps model versions from being deleted while an endpoint serves them. */
@Component
class ServedVersions implements VersionUsers {

    private final EndpointRows rows;

    ServedVersions(EndpointRows rows) {
        this.rows = rows;
    }

    @Override
    public List<VersionUser> usersOf(UUID versionId) {
        return rows.usersOf(versionId);
    }
}
