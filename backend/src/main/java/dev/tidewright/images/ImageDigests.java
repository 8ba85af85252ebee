package dev.tidewright.images;

import java.util.Optional;
import org.slf4j.Logger;
import org.slf4j.LoggerFactory;
import org.springframework.stereotype.Component;

/** Fixes what the tag of an image means, so that a rollback or another attempt runs the same bytes. */
@Component
public class ImageDigests {

    private static final Logger LOG = LoggerFactory.getLogger(ImageDigests.class);

    private final ImageSettings settings;
    private final Registry registry;

    ImageDigests(ImageSettings settings) {
        this.settings = settings;
        this.registry = new Registry(settings);
    }

    /**
     * The same image with the digest that its tag means now, {@code name:tag@sha256:…}; as it was given where it has one
     * already, or where its registry may not be asked or does not tell. May take some seconds: never in a transaction.
     */
    public String pinned(String image) {
        var reference = ImageReference.of(image).filter(one -> one.digest() == null);
        if (reference.isEmpty() || !registry.isAllowed(reference.get())) {
            return image;
        }
        try {
            return image + "@" + registry.digest(reference.get());
        } catch (Registry.Silent silent) {
            LOG.info("the tag of {} stays as it is: {}", image, silent.getMessage());
            return image;
        }
    }

    /** Why an image is known by its tag only; empty for one with a digest. */
    public Optional<String> unpinned(String image) {
        return ImageReference.of(image)
                .filter(one -> one.digest() == null)
                .map(one -> registry.isAllowed(one)
                        ? one.registry() + " did not tell its digest when this was made"
                        : settings.registries().isEmpty()
                                ? "no registry may be asked for digests (tidewright.images.registries is empty)"
                                : one.registry()
                                        + " may not be asked for digests: tidewright.images.registries does not"
                                        + " name it");
    }

    /** The same in a whole sentence for pages; empty for an image with a digest. */
    public String words(String image) {
        return unpinned(image)
                .map(why -> "Known by its tag, which may come to mean other bytes: " + why + ".")
                .orElse("");
    }
}
