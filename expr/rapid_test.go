// Property tests draw the same cases in every run.
package expr

import _ "descent/internal/rapidseed"
