package dev.tidewright.tenancy;

import dev.tidewright.kernel.Name;
import java.util.List;
import java.util.Optional;
import java.util.UUID;
import org.springframework.data.repository.Repository;

interface AppUsers extends Repository<AppUser, UUID> {

    AppUser save(AppUser user);

    Optional<AppUser> findById(UUID id);

    Optional<AppUser> findByName(Name name);

    List<AppUser> findAllByOrderByName();

    long count();
}
