"""The gettext catalogues: zh_Hans_CN and en."""
