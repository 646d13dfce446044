package train

// What the parts of a streamed fit take of its memory.
const (
	baseMemory  = 40 << 20 // the program itself and what reading needs
	windowShare = 6        // a window of groups takes a sixth, or less
	mostWindow  = 16       // groups
	blockShare  = 24       // a block takes so much of it, or less
	wantBlock   = 4096     // rows
)

// arrange divides the memory of a streamed fit: how many groups are shuffled
// together, and how many rows are read ahead at once.
func (p *plan) arrange() {
	s := p.stream
	s.window = mostWindow
	for s.window > 1 && int64(s.window)*s.cache.GroupBytes() > s.limit/windowShare {
		s.window /= 2
	}
	row := 8 * int64(p.encoder.Width()+2)
	s.block = int(min(max(s.limit/blockShare/row, 1), wantBlock))
}
