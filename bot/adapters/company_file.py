"""The company's own data from company.yml."""

from pathlib import Path

import yaml

from bot.domain.company import Company
from bot.domain.errors import ConfigurationError


def read_company(path: Path) -> Company:
    """Read the file; without one every value is unfilled. ConfigurationError names file, line and key."""
    if not path.exists():
        return Company()
    try:
        data = yaml.safe_load(path.read_text(encoding="utf-8")) or {}
    except (OSError, UnicodeDecodeError, yaml.YAMLError) as error:
        mark = getattr(error, "problem_mark", None)
        where = f"第 {mark.line + 1} 行" if mark else ""
        raise ConfigurationError(f"{path}{where}读不出来：请按 company.example.yml 的格式改正。") from error
    if not isinstance(data, dict):
        raise ConfigurationError(f"{path}: 应是“项: 值”的形式，请参照 company.example.yml。")
    return Company.from_mapping(data, str(path))
