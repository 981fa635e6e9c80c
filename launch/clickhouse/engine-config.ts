/**
 * The embedded engine on a small machine: few background threads (they are for merges), small caches, no periodic
 * bookkeeping that would keep a core busy while nothing happens.
 */
export const ENGINE_CONFIG = `<clickhouse>
  <logger><level>none</level></logger>
  <background_pool_size>2</background_pool_size>
  <background_merges_mutations_concurrency_ratio>1</background_merges_mutations_concurrency_ratio>
  <background_schedule_pool_size>2</background_schedule_pool_size>
  <background_common_pool_size>2</background_common_pool_size>
  <background_move_pool_size>1</background_move_pool_size>
  <background_fetches_pool_size>1</background_fetches_pool_size>
  <background_buffer_flush_schedule_pool_size>1</background_buffer_flush_schedule_pool_size>
  <background_distributed_schedule_pool_size>1</background_distributed_schedule_pool_size>
  <background_message_broker_schedule_pool_size>1</background_message_broker_schedule_pool_size>
  <memory_worker_period_ms>1000</memory_worker_period_ms>
  <asynchronous_metrics_update_period_s>3600</asynchronous_metrics_update_period_s>
  <asynchronous_heavy_metrics_update_period_s>86400</asynchronous_heavy_metrics_update_period_s>
  <mark_cache_size>134217728</mark_cache_size>
  <index_mark_cache_size>16777216</index_mark_cache_size>
  <uncompressed_cache_size>0</uncompressed_cache_size>
  <mmap_cache_size>0</mmap_cache_size>
  <max_server_memory_usage_to_ram_ratio>0.5</max_server_memory_usage_to_ram_ratio>
  <merge_tree>
    <number_of_free_entries_in_pool_to_execute_mutation>1</number_of_free_entries_in_pool_to_execute_mutation>
    <number_of_free_entries_in_pool_to_lower_max_size_of_merge>1</number_of_free_entries_in_pool_to_lower_max_size_of_merge>
    <number_of_free_entries_in_pool_to_execute_optimize_entire_partition>1</number_of_free_entries_in_pool_to_execute_optimize_entire_partition>
    <merge_selecting_sleep_ms>5000</merge_selecting_sleep_ms>
  </merge_tree>
</clickhouse>
`;
