package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import jakarta.persistence.LockModeType;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.jpa.repository.Lock;
import org.springframework.data.repository.Repository;

interface AppUsers extends Repository<AppUser, UUID> {

    AppUser save(AppUser user);

    Optional<AppUser> findById(UUID id);

    Optional<AppUser> findByName(Name name);

    List<AppUser> findAllByOrderByName();

    /** Locked, so that two of them cannot disable each other. */
    @Lock(LockModeType.PESSIMISTIC_WRITE)
    List<AppUser> findByPlatformAdminTrueAndDisabledAtIsNullOrderById();

    long count();
}
