#!/bin/sh
# Makes the throw-away Python that the oracle runs in; nothing in the product or its tests needs it.
set -e
ORACLE=${KERN_ORACLE:-/opt/kern-oracle}
[ -x "$ORACLE/bin/python" ] || "${PY:-python3}" -m venv "$ORACLE"
"$ORACLE/bin/pip" install -q numpy scipy scikit-image opencv-python-headless Pillow
"$ORACLE/bin/python" -c "import numpy, scipy, skimage, cv2; print('numpy', numpy.__version__, 'scipy', scipy.__version__, 'skimage', skimage.__version__, 'cv2', cv2.__version__)"
