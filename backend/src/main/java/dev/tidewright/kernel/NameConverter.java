package dev.tidewright.kernel;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import org.jspecify.annotations.Nullable;

/** Lets entities and queries use {@link Name} for every name column. */
@Converter(autoApply = true)
public class NameConverter implements AttributeConverter<Name, String> {

    @Override
    public @Nullable String convertToDatabaseColumn(@Nullable Name name) {
        return name == null ? null : name.value();
    }

    @Override
    public @Nullable Name convertToEntityAttribute(@Nullable String column) {
        return column == null ? null : new Name(column);
    }
}
