// What every page loads; pages work without it.
import "htmx.org";
