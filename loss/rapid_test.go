// Property tests draw the same cases in every run.
package loss

import _ "descent/internal/rapidseed"
