// Property tests draw the same cases in every run.
package data

import _ "descent/internal/rapidseed"
