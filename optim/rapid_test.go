// Property tests draw the same cases in every run.
package optim

import _ "descent/internal/rapidseed"
