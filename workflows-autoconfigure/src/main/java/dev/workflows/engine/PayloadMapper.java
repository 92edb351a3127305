package dev.workflows.engine;

import com.fasterxml.jackson.annotation.JsonTypeInfo;
import com.fasterxml.jackson.annotation.JsonTypeName;
import java.lang.reflect.Modifier;
import java.util.ArrayList;
import java.util.List;
import org.jspecify.annotations.Nullable;
import tools.jackson.databind.DeserializationFeature;
import tools.jackson.databind.SerializationFeature;
import tools.jackson.databind.cfg.DateTimeFeature;
import tools.jackson.databind.cfg.MapperConfig;
import tools.jackson.databind.introspect.Annotated;
import tools.jackson.databind.introspect.AnnotatedClass;
import tools.jackson.databind.introspect.JacksonAnnotationIntrospector;
import tools.jackson.databind.json.JsonMapper;
import tools.jackson.databind.jsontype.NamedType;

/** How values become JSON: Jackson's ways, chosen so that what is written reads back the same. */
final class PayloadMapper {

    private PayloadMapper() {}

    static JsonMapper create() {
        return JsonMapper.builder()
                .findAndAddModules(PayloadMapper.class.getClassLoader())
                .annotationIntrospector(new SealedTypes())
                // a value without properties would be stored as {}, and lost
                .enable(SerializationFeature.FAIL_ON_EMPTY_BEANS)
                // a property that a newer version of the application dropped or added is no reason to fail
                .disable(DeserializationFeature.FAIL_ON_UNKNOWN_PROPERTIES)
                .disable(DeserializationFeature.FAIL_ON_NULL_FOR_PRIMITIVES)
                // a time keeps its zone
                .enable(DateTimeFeature.WRITE_DATES_WITH_ZONE_ID)
                .disable(DateTimeFeature.ADJUST_DATES_TO_CONTEXT_TIME_ZONE)
                .build();
    }

    /** What a value of that class is written as where nobody says: the outermost sealed type that it is one of. */
    static Class<?> writtenAs(Class<?> type) {
        List<Class<?>> above = new ArrayList<>(List.of(type.getInterfaces()));
        if (type.getSuperclass() != null) {
            above.add(type.getSuperclass());
        }
        return above.stream()
                .map(PayloadMapper::writtenAs)
                .filter(SealedTypes::isSealed)
                .findFirst()
                .orElse(type);
    }

    /**
     * A sealed type says itself which subtypes there are, so a property "@type" can tell them apart without any
     * annotation: by their {@link JsonTypeName}, or else their simple name. What is annotated stays as annotated.
     */
    private static final class SealedTypes extends JacksonAnnotationIntrospector {

        @Override
        public JsonTypeInfo.@Nullable Value findPolymorphicTypeInfo(MapperConfig<?> config, Annotated annotated) {
            JsonTypeInfo.Value declared = super.findPolymorphicTypeInfo(config, annotated);
            if (declared != null || !(annotated instanceof AnnotatedClass) || !isSealed(annotated.getRawType())) {
                return declared;
            }
            return JsonTypeInfo.Value.construct(
                    JsonTypeInfo.Id.NAME, JsonTypeInfo.As.PROPERTY, "@type", null, false, true);
        }

        @Override
        public @Nullable List<NamedType> findSubtypes(MapperConfig<?> config, Annotated annotated) {
            List<NamedType> declared = super.findSubtypes(config, annotated);
            if (declared != null || !isSealed(annotated.getRawType())) {
                return declared;
            }
            List<NamedType> subtypes = new ArrayList<>();
            collect(annotated.getRawType(), subtypes);
            return subtypes;
        }

        /** Enums with bodies are sealed classes too, and written as enums. */
        private static boolean isSealed(Class<?> type) {
            return type.isSealed() && !type.isEnum();
        }

        private static void collect(Class<?> sealed, List<NamedType> subtypes) {
            for (Class<?> permitted : sealed.getPermittedSubclasses()) {
                if (isSealed(permitted)) {
                    collect(permitted, subtypes);
                }
                if (!permitted.isInterface() && !Modifier.isAbstract(permitted.getModifiers())) {
                    JsonTypeName name = permitted.getAnnotation(JsonTypeName.class);
                    subtypes.add(new NamedType(permitted, name == null ? permitted.getSimpleName() : name.value()));
                }
            }
        }
    }
}
