"""No tables: this file lets the `post_migrate` signal reach `config.apps`, which skips apps without one."""
