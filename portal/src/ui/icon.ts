import type { LucideProps } from '@lucide/svelte';
import type { Component } from 'svelte';

/** One icon of '@lucide/svelte/icons/<name>', imported alone. */
export type Icon = Component<LucideProps>;
