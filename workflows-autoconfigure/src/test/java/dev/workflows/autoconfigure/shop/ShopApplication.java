package dev.workflows.autoconfigure.shop;

import org.springframework.boot.autoconfigure.SpringBootApplication;

/** An application with an entity, a repository and a workflow of its own, found by scanning this package. */
@SpringBootApplication
public class ShopApplication {}
