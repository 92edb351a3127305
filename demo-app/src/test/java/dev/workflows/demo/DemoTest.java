package dev.workflows.demo;

import java.lang.annotation.ElementType;
import java.lang.annotation.Retention;
import java.lang.annotation.RetentionPolicy;
import java.lang.annotation.Target;
import org.springframework.boot.test.context.SpringBootTest;

/** The whole application, with a database in memory and a first retry that does not let a test wait. */
@Target(ElementType.TYPE)
@Retention(RetentionPolicy.RUNTIME)
@SpringBootTest(
        webEnvironment = SpringBootTest.WebEnvironment.RANDOM_PORT,
        properties = {
            "demo.sample=false",
            "demo.bucket.folder=target/test-buckets/${random.uuid}",
            "spring.datasource.url=jdbc:h2:mem:${random.uuid};DB_CLOSE_DELAY=-1",
            // read as a properties file is, where a backslash keeps a space in a key
            "workflows.definitions.report-workflow.steps.[fetch\\ source\\ data].delay=20ms"
        })
@interface DemoTest {}
