// Property tests draw the same cases in every run.
package plot

import _ "descent/internal/rapidseed"
