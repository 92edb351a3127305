package dev.workflows.jpa;

import jakarta.persistence.Column;
import jakarta.persistence.Embeddable;
import jakarta.persistence.EmbeddedId;
import jakarta.persistence.Entity;
import jakarta.persistence.Table;

/** The row of a label. It also has its instance's workflow and time of creation, for the index that lists are read from. */
@Entity
@Table(name = "workflow_label")
class LabelEntity {

    @Embeddable
    record Id(
            @Column(name = "instance_pk") long instance,
            @Column(name = "name") String name) {}

    @EmbeddedId
    private Id id;

    @Column(name = "label_value")
    private String value;

    @SuppressWarnings("NullAway.Init") // set by Hibernate
    protected LabelEntity() {}

    long instance() {
        return id.instance();
    }

    String name() {
        return id.name();
    }

    String value() {
        return value;
    }
}
