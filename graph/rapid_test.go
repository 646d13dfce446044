// Property tests draw the same cases in every run.
package graph

import _ "descent/internal/rapidseed"
