"""Networks over cached features: operations, stems, cells; found ones, and all in one."""
