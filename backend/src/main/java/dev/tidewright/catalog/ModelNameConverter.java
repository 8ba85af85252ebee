package dev.tidewright.catalog;

import jakarta.persistence.AttributeConverter;
import jakarta.persistence.Converter;
import org.jspecify.annotations.Nullable;

/** Lets entities and queries use {@link ModelName}. */
@Converter(autoApply = true)
class ModelNameConverter implements AttributeConverter<ModelName, String> {

    @Override
    public @Nullable String convertToDatabaseColumn(@Nullable ModelName name) {
        return name == null ? null : name.value();
    }

    @Override
    public @Nullable ModelName convertToEntityAttribute(@Nullable String column) {
        return column == null ? null : new ModelName(column);
    }
}
